// shows: a splash screen opens the next one by itself, before any consent, or after a tap
// manifest: {launcher: Splash, activities: [Home]}
// hit: [serial before_consent = launcher Splash.onCreate > started Home.onCreate]
// miss: [serial reachable = launcher Splash.onCreate > gesture Splash.onClick > started Home.onCreate]

class Splash extends Activity implements View.OnClickListener {
  protected void onCreate(Bundle state) {
    startActivity(new Intent(this, Home.class));                // hit
    findViewById(1).setOnClickListener(this);                   // miss
  }
  public void onClick(View view) { startActivity(new Intent(this, Home.class)); }
}
class Home extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
