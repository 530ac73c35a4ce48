// shows: the back key is a gesture; onResume is the start
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onResume > Main.read]
// miss: [serial reachable = launcher Main.onBackPressed > Main.read]

class Main extends Activity {
  protected void onResume() {                                   // hit
  public void onBackPressed() {                                 // miss
    read();
  }
  void read() { String id = SERIAL; }
}
