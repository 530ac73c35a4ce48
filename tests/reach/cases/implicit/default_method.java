// shows: a default method of an interface runs where the class does not override it
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Step.go]
// miss: [serial present = Step.go]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Step step = new Work();
    step.go();
  }
}
interface Step {
  default void go() { String id = SERIAL; }
}
class Work implements Step {
  public void go() { }                                          // miss
}
