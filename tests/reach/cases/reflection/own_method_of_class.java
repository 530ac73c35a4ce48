// shows: an app method by its class constant and its name
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > reflected Main.read]
// miss: [serial present = Main.read]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Main.class.getDeclaredMethod("read").invoke(this);        // hit
      Main.class.getDeclaredMethod("idle").invoke(this);        // miss
    } catch (Exception error) { }
  }
  String read() { return SERIAL; }
  void idle() { }
}
