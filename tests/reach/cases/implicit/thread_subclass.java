// shows: a started Thread runs its own run()
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial present = Work.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Work work = new Work();
    work.start();                                               // hit
  }
}
class Work extends Thread {
  public void run() { String id = SERIAL; }
}
