// shows: a splash animation's end runs without the user
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Done.onAnimationEnd]
// miss: [serial present = Done.onAnimationEnd]

import android.animation.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    ValueAnimator animator = ValueAnimator.ofInt(0, 1);
    Done done = new Done();
    animator.addListener(done);                                 // hit
    animator.removeListener(done);                              // miss
    animator.start();
  }
}
class Done extends AnimatorListenerAdapter {
  public void onAnimationEnd(Animator animator) { String id = SERIAL; }
}
