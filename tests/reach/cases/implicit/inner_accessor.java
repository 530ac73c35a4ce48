// shows: an inner class reaches a private method through the accessor that javac makes
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Main$1.run > Main.access$000 > Main.read]
// miss: [serial present = Main.read]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Runnable work = new Runnable() {
      public void run() { read(); }
    };
    new Thread(work).start();                                   // hit
  }
  private void read() { String id = SERIAL; }
}
