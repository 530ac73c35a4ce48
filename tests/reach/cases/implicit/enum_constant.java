// shows: each constant of an enum has its own method
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Mode$1.go]
// miss: [serial present = Mode$1.go]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Mode.FULL.go();                                             // hit
    Mode.BASIC.go();                                            // miss
  }
}
enum Mode {
  FULL { void go() { String id = SERIAL; } },
  BASIC { void go() { } };
  abstract void go();
}
