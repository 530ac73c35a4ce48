// shows: a Runnable given to a Thread runs once the thread is started
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Thread thread = new Thread(new Work());
    thread.start();                                             // hit
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
