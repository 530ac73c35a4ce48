// shows: what native code calls is not known
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Main.start > dispatch Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  protected void onCreate(Bundle state) { start(new Work()); }
  static void start(Runnable work) { work.run(); }              // hit
  static native void start(Runnable work);                      // miss
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
