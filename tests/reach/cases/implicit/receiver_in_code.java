// shows: a receiver registered in code is called on a broadcast, an event outside of start-up
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > callback Net.onReceive]
// miss: [serial present = Net.onReceive]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    registerReceiver(new Net(), new IntentFilter("cn.example.DONE"));                     // hit
    unregisterReceiver(new Net());                                                                             // miss
  }
}
class Net extends BroadcastReceiver {
  public void onReceive(Context context, Intent intent) { String id = SERIAL; }
}
