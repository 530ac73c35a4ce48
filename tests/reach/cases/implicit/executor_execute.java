// shows: Executor.execute runs the object
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  Executor executor = Executors.newSingleThreadExecutor();
  protected void onCreate(Bundle state) {
    Work work = new Work();
    executor.execute(work);                                     // hit
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
