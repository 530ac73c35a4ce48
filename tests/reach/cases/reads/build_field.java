// shows: a field of Build
// manifest: {launcher: Main}
// hit: [device.model@Build.MODEL before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    String model = Build.MODEL;                                 // hit
    int level = Build.VERSION.SDK_INT;                          // miss
  }
}
