// shows: Timer.schedule runs a TimerTask; cancel does not
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Work work = new Work();
    new Timer().schedule(work, 5000);                           // hit
    work.cancel();                                              // miss
  }
}
class Work extends TimerTask {
  public void run() { String id = SERIAL; }
}
