// shows: a splash screen that opens the next one after three seconds, through a handler
// manifest: {launcher: Splash, activities: [Home]}
// hit: [serial before_consent = launcher Splash.onCreate > scheduled Splash.run > started Home.onCreate]
// miss: [serial present = Home.onCreate]

class Splash extends Activity implements Runnable {
  protected void onCreate(Bundle state) { new Handler().postDelayed(this, 3000); }
  public void run() {
    startActivity(new Intent().setClass(this, Home.class));     // hit
    finish();
  }
}
class Home extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
