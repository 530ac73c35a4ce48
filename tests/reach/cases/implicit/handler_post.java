// shows: Handler.post runs the object; removeCallbacks takes the same type and runs nothing
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Handler handler = new Handler();
    handler.post(new Work());                                   // hit
    handler.removeCallbacks(new Work());                        // miss
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
