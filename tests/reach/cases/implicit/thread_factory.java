// shows: a thread pool asks its ThreadFactory for threads
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Maker.newThread]
// miss: [serial present = Maker.newThread]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Maker maker = new Maker();
    ExecutorService executor = Executors.newFixedThreadPool(1, maker); // hit
    ExecutorService executor = Executors.newFixedThreadPool(1);        // miss
    executor.execute(null);
  }
}
class Maker implements ThreadFactory {
  public Thread newThread(Runnable work) { String id = SERIAL; return new Thread(work); }
}
