// shows: scheduleAtFixedRate runs the object again and again
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
  protected void onCreate(Bundle state) {
    Work work = new Work();
    executor.scheduleAtFixedRate(work, 1, 60, TimeUnit.SECONDS); // hit
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
