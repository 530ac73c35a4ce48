// shows: a virtual call reaches the override of the object's class
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Base.start > dispatch Loud.go]
// miss: [serial present = Loud.go]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Base base = new Loud();                                     // hit
    Base base = new Base();                                     // miss
    base.start();
  }
}
class Base {
  void start() { go(); }
  void go() { }
}
class Loud extends Base {
  void go() { String id = SERIAL; }
}
