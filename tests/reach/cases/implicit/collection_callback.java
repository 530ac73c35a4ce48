// shows: an object out of a collection cannot be followed: any live class may be meant, and the row says so
// manifest: {launcher: Main}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > dispatch Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  List<Runnable> list = new ArrayList<>();
  protected void onCreate(Bundle state) {
    list.add(new Work());
    for (Runnable one : list) one.run();                        // hit
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
