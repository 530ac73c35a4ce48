// shows: a thread class of the app's own that hands its work on to Thread, which runs it when it is started
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial reachable = launcher Main.onBackPressed > scheduled Work.run]

class Main extends Activity {
  Thread worker;
  protected void onCreate(Bundle state) {
    worker = new Worker(new Work());
    worker.start();                                             // hit
  }
  public void onBackPressed() { worker.start(); }
}
class Worker extends Thread {
  Worker(Runnable work) { super(work, "worker"); }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
