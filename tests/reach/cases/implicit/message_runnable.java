// shows: a message made with a Runnable runs it once it is sent
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Handler handler = new Handler();
    Message.obtain(handler, new Work()).sendToTarget();         // hit
    handler.removeCallbacks(new Work());                        // miss
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
