// shows: ExecutorService.submit calls a Callable; making one does nothing
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.call]
// miss: [serial present = Work.call]

class Main extends Activity {
  ExecutorService executor = Executors.newFixedThreadPool(2);
  protected void onCreate(Bundle state) {
    Callable<Object> work = new Work();
    executor.submit(work);                                      // hit
  }
}
class Work implements Callable<Object> {
  public Object call() { return SERIAL; }
}
