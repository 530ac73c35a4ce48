// shows: field initialisers run with the constructor, not with a static method
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Config.<init>]
// miss: [serial present = Config.<init>]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    new Config();                                               // hit
    Config.help();                                              // miss
  }
}
class Config {
  String name = SERIAL;
  static void help() { }
}
