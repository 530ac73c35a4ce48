// shows: a FutureTask calls its Callable when it is run
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.call]
// miss: [serial reachable = launcher Main.onBackPressed > scheduled Work.call]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    new Thread(new FutureTask<Object>(new Work())).start();
  }
}
class Work implements Callable<Object> {
  public Object call() { return SERIAL; }
}
