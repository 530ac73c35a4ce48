// shows: an alarm sends its PendingIntent to a private receiver
// manifest: {launcher: Main, receivers: [Tick]}
// hit: [serial reachable = launcher Main.onCreate > started Tick.onReceive]
// miss: [serial present = Tick.onReceive]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Intent intent = new Intent(this, Tick.class);               // hit
    Intent intent = new Intent("cn.example.TOCK");              // miss
    AlarmManager alarms = (AlarmManager) getSystemService("alarm");
    alarms.set(0, 60000, PendingIntent.getBroadcast(this, 0, intent, 0));
  }
}
class Tick extends BroadcastReceiver {
  public void onReceive(Context context, Intent intent) { String id = SERIAL; }
}
