// shows: super runs the parent's method; an override without it does not
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Base.onCreate]
// miss: [serial present = Base.onCreate]

class Main extends Base {
  protected void onCreate(Bundle state) {
    super.onCreate(state);                                      // hit
  }
}
class Base extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
