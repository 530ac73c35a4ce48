// shows: an idle handler runs when start-up is done; removing one runs nothing
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.queueIdle]
// miss: [serial present = Work.queueIdle]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Looper.myQueue().addIdleHandler(new Work());                // hit
    Looper.myQueue().removeIdleHandler(new Work());             // miss
  }
}
class Work implements MessageQueue.IdleHandler {
  public boolean queueIdle() { String id = SERIAL; return false; }
}
