// shows: a helper that is given the class of the screen to open
// manifest: {launcher: Main, activities: [Second, Third]}
// hit: [serial before_consent = launcher Main.onCreate > started Second.onCreate]
// miss: [serial present = Second.onCreate]

class Main extends Base {
  protected void onCreate(Bundle state) {
    open(Second.class);                                         // hit
    open(Third.class);                                          // miss
  }
}
class Base extends Activity {
  void open(Class<?> screen) { open(screen, null); }
  void open(Class<?> screen, Bundle extras) {
    Intent intent = new Intent(this, screen);
    startActivity(intent);
  }
}
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
class Third extends Activity { }
