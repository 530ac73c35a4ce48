// shows: an object kept in a static field of another class, called through its interface
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Loud.go]
// miss: [serial present = Loud.go]

class App extends Application {
  static Step step;
  public void onCreate() {
    step = new Loud();                                          // hit
    step = new Quiet();                                         // miss
  }
}
class Main extends Activity {
  protected void onCreate(Bundle state) { App.step.go(); }
}
interface Step { void go(); }
class Loud implements Step { public void go() { String id = SERIAL; } }
class Quiet implements Step { public void go() { } }
