// shows: an object made by reflection, called through an interface
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Reader.run]
// miss: [serial present = Reader.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object made = Class.forName("cn.example.Reader").newInstance(); // hit
      Object made = Class.forName("cn.example.Idle").newInstance(); // miss
      ((Runnable) made).run();
    } catch (Exception error) { }
  }
}
class Reader implements Runnable { public Reader() { } public void run() { String id = SERIAL; } }
class Idle implements Runnable { public Idle() { } public void run() { } }
