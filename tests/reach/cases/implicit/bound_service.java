// shows: bindService with a class creates the service and asks it for its binder
// manifest: {launcher: Main, services: [Sync]}
// hit: [serial before_consent = launcher Main.onCreate > started Sync.onBind]
// miss: [serial present = Sync.onBind]

class Main extends Activity implements ServiceConnection {
  protected void onCreate(Bundle state) {
    Intent intent = new Intent(this, Sync.class);
    bindService(intent, this, 1);                               // hit
    stopService(intent);                                        // miss
  }
  public void onServiceConnected(ComponentName name, IBinder binder) { }
  public void onServiceDisconnected(ComponentName name) { }
}
class Sync extends Service {
  public IBinder onBind(Intent intent) { String id = SERIAL; return null; }
}
