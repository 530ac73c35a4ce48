// shows: a method inherited from a parent satisfies the interface
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Base.go]
// miss: [serial present = Base.go]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Step step = new Work();
    step.go();
  }
}
interface Step { void go(); }
class Base {
  public void go() { String id = SERIAL; }
}
class Work extends Base implements Step {
  public void go() { }                                          // miss
}
