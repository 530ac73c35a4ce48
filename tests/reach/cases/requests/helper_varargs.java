// shows: a helper that is given several names
// manifest: {launcher: Main}
// hit:
//   - asks CAMERA,READ_CALENDAR before_consent = launcher Main.onCreate > Main.ask
// miss: [asks CAMERA before_consent = launcher Main.onCreate > Main.ask]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ask("android.permission.CAMERA", "android.permission.READ_CALENDAR"); // hit
    ask("android.permission.CAMERA");                           // miss
  }
  void ask(String... names) { requestPermissions(names, 1); }
}
