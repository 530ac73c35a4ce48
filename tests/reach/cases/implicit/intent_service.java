// shows: an IntentService that is started runs onHandleIntent
// manifest: {launcher: Main, services: [Sync]}
// hit: [serial before_consent = launcher Main.onCreate > started Sync.onHandleIntent]
// miss: [serial present = Sync.onHandleIntent]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    startService(new Intent(this, Sync.class));                 // hit
    stopService(new Intent(this, Sync.class));                  // miss
  }
}
class Sync extends IntentService {
  public Sync() { super("sync"); }
  protected void onHandleIntent(Intent intent) { String id = SERIAL; }
}
