// shows: a call through an interface reaches the classes that are made, no others
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Loud.go]
// miss: [serial present = Loud.go]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Step step = new Loud();                                     // hit
    Step step = new Quiet();                                    // miss
    step.go();
  }
}
interface Step { void go(); }
class Loud implements Step {
  public void go() { String id = SERIAL; }
}
class Quiet implements Step {
  public void go() { }
}
