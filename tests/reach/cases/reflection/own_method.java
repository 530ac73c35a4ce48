// shows: an app method that is called by its name
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > reflected Reader.read]
// miss: [serial present = Reader.read]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Class.forName("cn.example.Reader").getMethod("read").invoke(null); // hit
      Class.forName("cn.example.Reader").getMethod("idle").invoke(null); // miss
    } catch (Exception error) { }
  }
}
class Reader { public static String read() { return SERIAL; } public static void idle() { } }
