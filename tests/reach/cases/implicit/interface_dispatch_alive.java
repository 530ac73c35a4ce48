// shows: the same, though the other class is made and used elsewhere at the start
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Loud.go]
// miss: [serial reachable = launcher Main.onBackPressed > dispatch Loud.go]

class Main extends Activity {
  Step other = new Loud();
  protected void onCreate(Bundle state) {
    Step step = other;                                          // hit
    Step step = new Quiet();                                    // miss
    step.go();
  }
  public void onBackPressed() { other.go(); }
}
interface Step { void go(); }
class Loud implements Step {
  public void go() { String id = SERIAL; }
}
class Quiet implements Step {
  public void go() { }
}
