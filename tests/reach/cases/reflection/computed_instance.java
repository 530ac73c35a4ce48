// shows: an object of a class that nobody knows
// manifest: {launcher: Main}
// hit: [serial present = Reader.run]
// miss: [serial before_consent = launcher Main.onCreate > dispatch Reader.run]
// coverage: {hit: [reflection], miss: []}

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      String name = getIntent().getStringExtra("name");         // hit
      String name = "cn.example.Reader";                        // miss
      ((Runnable) Class.forName(name).newInstance()).run();
    } catch (Exception error) { }
  }
}
class Reader implements Runnable { public Reader() { } public void run() { String id = SERIAL; } }
