// shows: a helper that asks for what it is given
// manifest: {launcher: Main}
// hit: [asks READ_PHONE_STATE before_consent = launcher Main.onCreate > Main.ask]
// miss: [asks CAMERA before_consent = launcher Main.onCreate > Main.ask]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ask("android.permission.READ_PHONE_STATE");                 // hit
    ask("android.permission.CAMERA");                           // miss
  }
  void ask(String name) { requestPermissions(new String[] {name}, 1); }
}
