// shows: a method called in a branch of a switch counts, whatever the value
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Main.read]
// miss: [serial present = Main.read]

class Main extends Activity {
  Mode mode = Mode.BASIC;
  protected void onCreate(Bundle state) {
    switch (mode) {
      case FULL: read(); break;                                 // hit
      case FULL: break;                                         // miss
      default: break;
    }
  }
  void read() { String id = SERIAL; }
}
enum Mode { FULL, BASIC }
