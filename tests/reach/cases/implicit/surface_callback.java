// shows: a surface tells its callback when it is there
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Screen.surfaceCreated]
// miss: [serial present = Screen.surfaceCreated]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    SurfaceHolder holder = new SurfaceView(this).getHolder();
    holder.addCallback(new Screen());                           // hit
    holder.removeCallback(new Screen());                        // miss
  }
}
class Screen implements SurfaceHolder.Callback {
  public void surfaceCreated(SurfaceHolder holder) { String id = SERIAL; }
  public void surfaceChanged(SurfaceHolder holder, int format, int width, int height) { }
  public void surfaceDestroyed(SurfaceHolder holder) { }
}
