// shows: a factory behind an interface, two steps of dispatch
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Loud.go]
// miss: [serial present = Loud.go]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Maker maker = new LoudMaker();                              // hit
    Maker maker = new QuietMaker();                             // miss
    maker.make().go();
  }
}
interface Maker { Step make(); }
interface Step { void go(); }
class LoudMaker implements Maker { public Step make() { return new Loud(); } }
class QuietMaker implements Maker { public Step make() { return new Quiet(); } }
class Loud implements Step { public void go() { String id = SERIAL; } }
class Quiet implements Step { public void go() { } }
