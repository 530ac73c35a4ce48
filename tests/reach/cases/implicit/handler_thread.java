// shows: a started HandlerThread calls onLooperPrepared
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.onLooperPrepared]
// miss: [serial present = Work.onLooperPrepared]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Work work = new Work();
    work.start();                                               // hit
  }
}
class Work extends HandlerThread {
  Work() { super("work"); }
  protected void onLooperPrepared() { String id = SERIAL; }
}
