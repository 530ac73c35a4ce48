// shows: a request in code that nothing reaches
// manifest: {launcher: Main}
// hit: [asks CAMERA before_consent = launcher Main.onCreate > Main.ask]
// miss: [asks CAMERA present = Main.ask]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ask();                                                      // hit
  }
  void ask() { requestPermissions(new String[] {"android.permission.CAMERA"}, 1); }
}
