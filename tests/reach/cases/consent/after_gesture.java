// shows: a click is enough for reachable; the guard on its way casts no doubt on the level
// manifest: {launcher: Main}
// hit: [serial before_consent (consent_guard) = launcher Main.onCreate > Main.read]
// miss: [serial reachable = launcher Main.onBackPressed > Main.read]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    boolean agreed = getPreferences(0).getBoolean("agreed", false);
    if (agreed) read();                                         // hit
  }
  public void onBackPressed() { read(); }
  void read() { String id = SERIAL; }
}
