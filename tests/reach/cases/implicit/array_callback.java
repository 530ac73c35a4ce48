// shows: an object out of an array is followed no better than out of a collection
// manifest: {launcher: Main}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > dispatch Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Runnable[] all = {new Work()};
    for (Runnable one : all) one.run();                         // hit
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
