// shows: reading a static field initialises its class; a compile-time constant does not
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > class_init Config.<clinit>]
// miss: [serial present = Config.<clinit>]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    String name = Config.name;                                  // hit
    String name = Config.NAME;                                  // miss
    setTitle(name);
  }
}
class Config {
  static final String NAME = "constant";
  static String name = SERIAL;
}
