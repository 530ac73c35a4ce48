// shows: a command named by its path
// manifest: {launcher: Main}
// hit: [installed_apps@exec:pm list packages before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Runtime.getRuntime().exec("/system/bin/pm list packages -3"); // hit
      Runtime.getRuntime().exec("/system/bin/pm path cn.example"); // miss
    } catch (Exception error) { }
  }
}
