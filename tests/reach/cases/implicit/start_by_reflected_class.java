// shows: a component whose class is looked up by a constant name
// manifest: {launcher: Main, services: [Sync]}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Sync.onStartCommand]
// miss: [serial present = Sync.onStartCommand]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Class<?> type = Class.forName("cn.example.Sync");         // hit
      Class<?> type = Class.forName("cn.example.Main");         // miss
      startService(new Intent(this, type));
    } catch (ClassNotFoundException error) { }
  }
}
class Sync extends Service {
  public int onStartCommand(Intent intent, int flags, int id) { String serial = SERIAL; return 0; }
  public IBinder onBind(Intent intent) { return null; }
}
