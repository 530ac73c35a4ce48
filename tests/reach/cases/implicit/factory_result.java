// shows: what a factory method returns decides which override runs
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Loud.go]
// miss: [serial reachable = launcher Main.onBackPressed > Loud.go]

class Main extends Activity {
  protected void onCreate(Bundle state) { make().go(); }
  public void onBackPressed() { new Loud().go(); }
  static Step make() {
    return new Loud();                                          // hit
    return new Quiet();                                         // miss
  }
}
abstract class Step { abstract void go(); }
class Loud extends Step {
  void go() { String id = SERIAL; }
}
class Quiet extends Step {
  void go() { }
}
