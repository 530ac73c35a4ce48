// shows: a broadcast sent to a class of the app's own manifest runs at once
// manifest: {launcher: Main, receivers: [Tick]}
// hit: [serial before_consent = launcher Main.onCreate > started Tick.onReceive]
// miss: [serial present = Tick.onReceive]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    sendBroadcast(new Intent(this, Tick.class));                // hit
    sendBroadcast(new Intent("cn.example.TOCK"));               // miss
  }
}
class Tick extends BroadcastReceiver {
  public void onReceive(Context context, Intent intent) { String id = SERIAL; }
}
