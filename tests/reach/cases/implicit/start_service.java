// shows: startService with a class runs onStartCommand
// manifest: {launcher: Main, services: [Sync]}
// hit: [serial before_consent = launcher Main.onCreate > started Sync.onStartCommand]
// miss: [serial reachable = launcher Main.onBackPressed > started Sync.onStartCommand]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    startService(new Intent(this, Sync.class));
  }
}
class Sync extends Service {
  public int onStartCommand(Intent intent, int flags, int id) { String serial = SERIAL; return 0; }
  public IBinder onBind(Intent intent) { return null; }
}
