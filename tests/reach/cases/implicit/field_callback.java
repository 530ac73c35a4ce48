// shows: a callback kept in a field runs where the field is called
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Work.run]
// miss: [serial reachable = launcher Main.onBackPressed > dispatch Work.run]

class Main extends Activity {
  Runnable work;
  protected void onCreate(Bundle state) {
    work = new Work();
    work.run();                                                 // hit
  }
  public void onBackPressed() { work.run(); }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
